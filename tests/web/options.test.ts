import { describe, expect, test } from 'vitest';
import { checkEvent } from '../../web/event.js';
import { checkOptions } from '../../web/options.js';
import { checkTrainingOptions } from '../../web/training-options.js';

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(message) });

describe('checkOptions', () => {
  test('refuses an unknown option and names the nearest', () => {
    expect(() => checkOptions('recommend', { exlude: [] })).toThrow(
      invalid(/did you mean exclude/),
    );
    expect(() => checkOptions('recommend', { constructor: 1 })).toThrow(invalid(/unknown option/));
  });

  test.each([0, -1, 1.5, Number.NaN, '10', Number.POSITIVE_INFINITY])('refuses k = %s', (k) => {
    expect(() => checkOptions('recommend', { k })).toThrow(invalid(/whole number of at least 1/));
    expect(() => checkOptions('similar', { k })).toThrow(invalid(/whole number of at least 1/));
  });

  test('takes undefined for left out', () => {
    expect(() => checkOptions('recommend', { k: undefined, signal: undefined })).not.toThrow();
  });

  test.each([null, { title: null }, { title: 0 }])('refuses the fields %j', (fields) => {
    expect(() => checkOptions('open', { fields })).toThrow(invalid(/weight above 0/));
  });

  test('refuses options that are no object', () => {
    expect(() => checkOptions('open', null)).toThrow(invalid(/expected an object/));
  });

  test('refuses an empty name and an empty list of metrics', () => {
    expect(() => checkOptions('open', { name: '' })).toThrow(invalid(/1 to 100 characters/));
    expect(() => checkTrainingOptions('evaluate', { metrics: [] })).toThrow(invalid(/ndcg@20/));
  });

  test.each(['ials', null, {}, { model: 3 }, { model: 'ials', seed: 2 }])(
    'refuses %j as a baseline',
    (baseline) => {
      expect(() => checkTrainingOptions('evaluate', { baseline })).toThrow(
        invalid(/\{model, settings\?\}/),
      );
    },
  );

  test('takes a baseline with settings and without', () => {
    const settings = { numFactors: 8 };
    checkTrainingOptions('evaluate', { baseline: { model: 'ials' }, knownItemsOnly: true });
    checkTrainingOptions('evaluate', { baseline: { model: 'ials', settings } });
    expect(() => checkTrainingOptions('train', { modle: 'ials' })).toThrow(/did you mean model/);
  });
});

describe('checkEvent', () => {
  test('sets the time of an event that has none', () => {
    expect(checkEvent({ item: 'a', type: 'like' }, 42, 'record')).toEqual({
      item: 'a',
      type: 'like',
      at: 42,
    });
  });

  test('keeps what is known of an impression', () => {
    const event = { item: 'a', type: 'impression' as const, at: 1, position: 3, propensity: 0.2 };
    expect(checkEvent(event, 42, 'record')).toEqual(event);
  });

  test.each([
    ['no item', { type: 'like' }, /item is missing/],
    ['a number as id', { item: 7, type: 'like' }, /String\(id\)/],
    ['half a surrogate pair', { item: '\ud800', type: 'like' }, /surrogate/],
    ['an unknown type', { item: 'a', type: 'liked' }, /type is "liked"; expected one of .*like/],
    ['a rating without value', { item: 'a', type: 'rate' }, /1 to 5/],
    ['a rating out of range', { item: 'a', type: 'rate', value: 6 }, /1 to 5/],
    ['a rating that is NaN', { item: 'a', type: 'rate', value: Number.NaN }, /1 to 5/],
    [
      'a value where none belongs',
      { item: 'a', type: 'like', value: 1 },
      /value of a like event is the number 1; expected none/,
    ],
    ['a time that is none', { item: 'a', type: 'like', at: Number.NaN }, /milliseconds/],
    ['an attribute too many', { item: 'a', type: 'like', rating: 3 }, /unknown attribute "rating"/],
    ['no event at all', null, /expected \{item/],
    ['a position of a like', { item: 'a', type: 'like', position: 1 }, /others neither/],
    ['a position of 0', { item: 'a', type: 'impression', position: 0 }, /from 1/],
    ['half a position', { item: 'a', type: 'impression', position: 1.5 }, /from 1/],
    ['a propensity of 0', { item: 'a', type: 'impression', propensity: 0 }, /up to 1/],
    ['a propensity of 2', { item: 'a', type: 'impression', propensity: 2 }, /up to 1/],
    ['a propensity of NaN', { item: 'a', type: 'impression', propensity: NaN }, /up to 1/],
  ])('refuses %s', (_, event, message) => {
    expect(() => checkEvent(event as never, 0, 'record')).toThrow(invalid(message));
  });
});

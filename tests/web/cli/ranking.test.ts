import { describe, expect, it } from 'vitest';
import { given, inkling, useDirectory } from './command-line.js';

describe('inkling recommend', () => {
  const directory = useDirectory();
  const model = () => ['--model-file', directory.write('m', '["a","b"]')];

  it('turns the history into likes and prints scores and reasons', async () => {
    const argv = ['recommend', ...model(), '--history', 'x,y', '--k', '2', '--json'];
    const { code, stdout } = await inkling(argv);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'ials',
      history: ['x', 'y'],
      recommendations: [
        { item: 'a', score: 0.75, source: 'ials', reasons: [{ item: 'y' }, { item: 'x' }] },
        { item: 'b' },
      ],
    });
    const [met, options] = given('recommend') as [{ at: number }[], object];
    // Newest first.
    expect(met).toMatchObject([
      { item: 'y', type: 'like', weight: 1 },
      { item: 'x', type: 'like', weight: 1 },
    ]);
    expect(met[0]?.at).toBe(met[1]?.at);
    expect(options).toMatchObject({ k: 2 });
  });

  it('keeps ids exactly: numbers with leading zeros, quotes, commas, __proto__', async () => {
    const history = ['007', '"a,b"', '"say ""hi"""', '__proto__', '🦑', ' x '];
    const argv = ['recommend', ...model(), '--history', history.join(','), '--json'];
    const { stdout } = await inkling(argv);
    expect(JSON.parse(stdout).history).toEqual([
      '007',
      'a,b',
      'say "hi"',
      '__proto__',
      '🦑',
      ' x ',
    ]);
  });

  it('takes how varied the list is to be, as a number or in steps', async () => {
    await inkling(['recommend', ...model(), '--diversify', '0.3', '--topics', 'genres']);
    expect(given('recommend')).toMatchObject([[], { diversify: 0.3, topics: 'genres' }]);
    await inkling(['recommend', ...model(), '--diversify', 'mmr:0.7']);
    expect(given('recommend')).toMatchObject([
      [],
      { rerank: { steps: [{ by: 'mmr', weight: 0.7 }] } },
    ]);
    await inkling([
      'recommend',
      ...model(),
      '--rerank',
      'calibrate, rotation:0.1',
      '--diversify',
      '0.2',
    ]);
    expect(given('recommend')).toMatchObject([
      [],
      { diversify: 0.2, rerank: { steps: [{ by: 'calibrate' }, { by: 'rotation', weight: 0.1 }] } },
    ]);
    const { code, stderr } = await inkling(['recommend', ...model(), '--diversify', 'mrm']);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/did you mean mmr/),
    });
  });

  it('takes no history for someone new, and a query', async () => {
    await inkling(['recommend', ...model(), '--query', 'sea monsters']);
    expect(given('recommend')).toMatchObject([[], { k: 10, query: 'sea monsters' }]);
  });

  it('prints titles where items are given', async () => {
    const items = directory.write('i.csv', 'id,title\na,Alpha\nx,Chi\n');
    const argv = ['recommend', ...model(), '--items', items, '--history', 'x'];
    const { stdout } = await inkling(argv);
    expect(stdout).toMatch(/1 +a +0\.7500 +ials +Alpha +Chi/);
  });

  it('passes filters and boosts on, and a single boost as one of an array', async () => {
    const boost = { filter: { tags: 'war' }, by: -1 };
    const rules = ['--filter', '{"year": {"gte": 1990}}', '--boost', JSON.stringify(boost)];
    await inkling(['recommend', ...model(), ...rules]);
    expect(given('recommend')).toMatchObject([
      [],
      { filter: { year: { gte: 1990 } }, boost: [boost] },
    ]);
  });

  it('tells why in sentences', async () => {
    const items = directory.write('i.csv', 'id,title\na,Alpha\nx,Chi\n');
    const argv = ['recommend', ...model(), '--items', items, '--history', 'x', '--explain'];
    expect((await inkling([...argv, 'en'])).stdout).toMatch(/Alpha +It goes with “Chi”\./);
    const { stdout } = await inkling([...argv, 'zh', '--json']);
    expect(JSON.parse(stdout).recommendations[0].sentence).toBe('它与《Chi》合得来。');
  });

  const wrong: [string, string[], number, RegExp][] = [
    [
      'a filter that is no JSON',
      ['recommend', '--items', 'i', '--filter', 'year'],
      2,
      /--filter is year, which is no JSON/,
    ],
    [
      'a boost by nothing',
      ['recommend', '--items', 'i', '--boost', '{"filter": {}}'],
      2,
      /boost is an array with an object at 0; expected an array of \{filter: a filter, by: a number from/,
    ],
    [
      'an unknown language',
      ['recommend', '--items', 'i', '--explain', 'fr'],
      2,
      /expected one of en, zh/,
    ],
    ['neither model nor items', ['recommend'], 2, /--model-file is missing/],
    ['an empty id', ['recommend', '--items', 'i', '--history', 'a,,b'], 2, /none empty/],
    ['an open quote', ['recommend', '--items', 'i', '--history', '"a'], 2, /double quotes/],
    ['k of 0', ['recommend', '--items', 'i', '--k', '0'], 2, /--k is 0.*at least 1/],
    [
      'k that is no number',
      ['similar', '--items', 'i', '--item', 'a', '--k', 'x'],
      2,
      /expected a number/,
    ],
    ['similar without item', ['similar', '--items', 'i'], 2, /--item is missing/],
    [
      'a model file that does not exist',
      ['similar', '--model-file', 'no', '--item', 'a'],
      1,
      /no: there is no such file/,
    ],
  ];
  for (const [what, argv, expected, message] of wrong) {
    it(`refuses ${what} and names the cure`, async () => {
      const { code, stderr, stdout } = await inkling(argv);
      expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
      expect(stderr).toMatch(message);
    });
  }
});

describe('inkling similar', () => {
  const directory = useDirectory();
  const model = () => ['--model-file', directory.write('m', '["a","b"]')];

  it('prints neighbours', async () => {
    const { code, stdout } = await inkling(['similar', ...model(), '--item', 'a', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ item: 'a', similar: [{ item: 'b', score: 0.9 }] });
    const { stdout: table } = await inkling(['similar', ...model(), '--item', 'a']);
    expect(table).toMatch(/1 +b +0\.9000 +ials/);
  });

  it('says when the item is not known, with code 1', async () => {
    const { code, stderr } = await inkling(['similar', ...model(), '--item', 'unknown']);
    expect(code).toBe(1);
    expect(stderr).toBe('error: The item "unknown" is not known; check the id.\n');
  });
});

describe('inkling inspect', () => {
  const directory = useDirectory();

  it('prints what is in a model file', async () => {
    const file = directory.write('m', '["a","b"]');
    const json = await inkling(['inspect', file, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      format_version: 1,
      items: 2,
      checksum: 'c0ffee',
    });
    const { code, stdout } = await inkling(['inspect', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model +ials$/m);
    expect(stdout).toMatch(/^ {2}num_factors +64$/m);
    expect(stdout).toMatch(/^ {2}item_factors +F32 +2 x 64 +512$/m);
  });

  it('says when the file is no model file, with code 1', async () => {
    const { code, stderr } = await inkling(['inspect', directory.write('m', '<html>')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*not a model file; train one/);
  });

  it('wants exactly one file', async () => {
    const none = await inkling(['inspect']);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/model file is missing/);
    const two = await inkling(['inspect', 'a', 'b']);
    expect(two.code).toBe(2);
    expect(two.stderr).toMatch(/"b" is more/);
  });
});

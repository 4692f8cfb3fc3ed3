import { expect, test } from 'vitest';
import { toInteractionTable } from '../../../web/catalog/interaction-table.js';
import { rowsTellTime } from '../../../web/catalog/row-order.js';

const table = (rows: [string, string, number?][]) =>
  toInteractionTable(
    rows.map(([user, item, timestamp]) => ({
      user,
      item,
      ...(timestamp !== undefined && { timestamp }),
    })),
  );

test('rows sorted by item id, number or text, tell nothing of time', () => {
  expect(
    rowsTellTime(
      table([
        ['u', '9'],
        ['u', '10'],
        ['v', '2'],
        ['v', '11'],
      ]),
    ),
  ).toBe(false);
  expect(
    rowsTellTime(
      table([
        ['u', 'a'],
        ['v', 'b'],
        ['u', 'c'],
        ['v', 'd'],
      ]),
    ),
  ).toBe(false);
});

test('rows in another order may, and timestamps do', () => {
  expect(
    rowsTellTime(
      table([
        ['u', '9'],
        ['u', '10'],
        ['v', '11'],
        ['v', '2'],
      ]),
    ),
  ).toBe(true);
  expect(
    rowsTellTime(
      table([
        ['u', '1', 5],
        ['u', '2', 6],
      ]),
    ),
  ).toBe(true);
  expect(
    rowsTellTime(
      table([
        ['u', '1'],
        ['v', '2'],
      ]),
    ),
  ).toBe(true);
});

test('a few exceptions among many rows do not make it time', () => {
  const rows: [string, string][] = Array.from({ length: 1000 }, (_, n) => ['u', String(n)]);
  rows.push(['u', '5']);
  expect(rowsTellTime(table(rows))).toBe(false);
});

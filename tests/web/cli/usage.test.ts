import { describe, expect, it } from 'vitest';
import { inkling } from './command-line.js';

describe('the command line', () => {
  it('lists the commands on request', async () => {
    for (const argv of [['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await inkling(argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const name of ['train', 'evaluate', 'recommend', 'similar', 'inspect', 'import']) {
        expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      }
    }
  });

  it('explains every command with all its options', async () => {
    for (const name of ['train', 'evaluate', 'recommend', 'similar', 'inspect', 'import']) {
      const { code, stdout } = await inkling([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`inkling ${name}`);
      expect(stdout).toContain('--json');
      expect(await inkling(['help', name])).toMatchObject({ code: 0, stdout });
    }
  });

  it('tells its version', async () => {
    expect(await inkling(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  const train = ['train', '--interactions', 'r', '--out', 'm'];
  const wrong: [string, string[], RegExp][] = [
    ['no command', [], /Commands:/],
    ['an unknown command', ['trian'], /"trian" is not a command \(did you mean train\?\)/],
    [
      'serve, which does not exist',
      ['serve'],
      /"serve" is not a command; expected one of train, evaluate/,
    ],
    [
      'an unknown option',
      [...train, '--modle', 'ials'],
      /--modle is not an option of inkling train \(did you mean --model\?\)/,
    ],
    ['an underscore in an option', [...train, '--min_value', '3'], /did you mean --min-value/],
    [
      'an option that resembles none',
      [...train, '--zzzzzz'],
      /--zzzzzz is not an option of inkling train; see/,
    ],
    [
      'an option without value',
      ['train', '--interactions'],
      /--interactions.*see inkling train --help/,
    ],
    ['a value for a switch', [...train, '--json=yes'], /--json.*see inkling train --help/],
    [
      'an option given twice',
      [...train, '--model', 'ials', '--model', 'ials'],
      /--model is given twice/,
    ],
    ['an argument too many', [...train, '--model', 'ials', 'extra'], /"extra" is more than/],
    [
      'a setting without value',
      [...train, '--model', 'ials', '--set', 'num_factors'],
      /--set has "num_factors"; expected key=value/,
    ],
    [
      'a setting given twice',
      [...train, '--model', 'ials', '--set', 'a=1', 'a=2'],
      /--set gives a twice/,
    ],
    [
      'a seed that is no whole number',
      [...train, '--model', 'ials', '--seed', '1.5'],
      /--seed is 1\.5.*whole number/,
    ],
    ['no threads', [...train, '--model', 'ials', '--threads', '0'], /--threads is 0.*at least 1/],
    [
      'an unknown variant',
      [...train, '--model', 'ials', '--variant', 'sim'],
      /did you mean simd\?/,
    ],
    [
      'an unknown column',
      [...train, '--model', 'ials', '--columns', 'usr,item'],
      /"usr" is not known/,
    ],
    [
      'an empty delimiter',
      [...train, '--model', 'ials', '--delimiter', ''],
      /--delimiter is empty/,
    ],
    ['train without file', ['train', '--model', 'ials', '--out', 'm'], /--interactions is missing/],
    ['train without out', ['train', '--model', 'ials', '--interactions', 'r'], /--out is missing/],
    ['tf_idf without items', ['train', '--model', 'tf_idf', '--out', 'm'], /--items is missing/],
    [
      'item_vectors without vectors',
      ['train', '--model', 'item_vectors', '--out', 'm'],
      /--vectors is missing/,
    ],
  ];
  for (const [what, argv, message] of wrong) {
    it(`refuses ${what} with code 2`, async () => {
      const { code, stdout, stderr } = await inkling(argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(message);
    });
  }
});

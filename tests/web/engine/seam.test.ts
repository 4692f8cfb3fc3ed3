import { describe, expect, test } from 'vitest';
import { DEFAULT_WEIGHTING } from '../../../web/engine/item-texts.js';
import { bindSeam, type Glue, readBindings } from '../../../web/engine/seam.js';

const loader = new URL('../../../dist/node-engine/simd/inkling_node.js', import.meta.url);
const { default: create } = (await import(loader.href)) as {
  default: (options: object) => Promise<Glue>;
};
const glue = await create({});
const module = bindSeam(glue);
const engine = new module.Engine(1);

const trains = (model: string) => module.canTrain(model);
const settle = (model: string) => {
  const training = new module.Training();
  const status = training.start(engine, model, '', null, null, null, 0, 1);
  training.delete();
  return { status, message: engine.message() };
};

describe('bindSeam', () => {
  test('strings reach the core as they are, in both directions', () => {
    for (const name of ['é 字 🜁', '', 'a\u0000b', 'x'.repeat(100_000)]) {
      const { status, message } = settle(name);
      expect(status).toBeGreaterThan(0);
      expect(message).toContain(`"${name}"`);
    }
  });

  test('truth values come back as such', () => {
    expect(trains('ials')).toBe(true);
    expect(trains('nothing')).toBe(false);
  });

  test('null is taken where the core takes a pointer, and only there', () => {
    expect(settle('tf_idf').status).toBeGreaterThan(0);
    const log = new module.InteractionLog();
    expect(() =>
      log.append(engine, null as never, null as never, null as never, null as never),
    ).toThrow(TypeError);
    log.delete();
  });

  test('an object that was deleted, of another class, or missing is refused', () => {
    const buffer = new module.Buffer(8);
    const log = new module.InteractionLog();
    expect(() => log.append(engine, buffer, buffer, buffer, log as never)).toThrow(TypeError);
    expect(() => (log.append as (...few: unknown[]) => number)(engine, buffer)).toThrow(/append/);
    buffer.delete();
    expect(() => buffer.address()).toThrow(TypeError);
    expect(() => buffer.delete()).toThrow(TypeError);
    log.delete();
  });

  test('what is created and deleted gives its memory back', () => {
    const before = glue.wasmMemory.buffer.byteLength;
    for (let n = 0; n < 300; n++) {
      trains('x'.repeat(10_000));
      new module.Buffer(1 << 20).delete();
    }
    expect(glue.wasmMemory.buffer.byteLength).toBeLessThan(before + (4 << 20));
  });

  test('every name is bound once in its place, every class can be deleted', () => {
    const bindings = readBindings(glue);
    const places = bindings.map(({ kind, name, parameters }) =>
      kind === 'm' ? `${parameters[0]}.${name}` : name,
    );
    expect(new Set(places).size).toBe(places.length);
    const classes = bindings.filter(({ kind }) => kind === 'c').map(({ result }) => result);
    expect(classes.length).toBeGreaterThan(5);
    for (const letter of classes) expect(places).toContain(`${letter}.delete`);
  });
});

test('the default weights of terms are those that the settings of tf_idf name', () => {
  const { weighting: _, ...numbers } = DEFAULT_WEIGHTING;
  for (const [name, value] of Object.entries(numbers)) {
    expect(module.defaultSetting('tf_idf', name)).toBe(value);
  }
});

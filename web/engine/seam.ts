import type { MainModule } from '#engine-module';

/** What Emscripten's loader gives of an instance. */
export interface Glue {
  wasmMemory: WebAssembly.Memory;
  wasmTable: WebAssembly.Table;
  _inkling_bindings(): number;
}

/** An entry of the table that wasm/bindings.h lays out. */
export interface Binding {
  name: string;
  /** `f` function, `m` method of the class of its first parameter, `c` constructor. */
  kind: string;
  /** The letter of the result's type; for a constructor, that of its class. */
  result: string;
  /** Letters of the parameters' types; `?` stands before what may be null. */
  parameters: string[];
  /** Place in the module's table of functions. */
  place: number;
}

/** A C++ object: its address, 0 once it is deleted. */
interface Handle {
  at: number;
  delete(): void;
}
type Class = new (...args: unknown[]) => Handle;

/** A string that crosses: wasm/marshal.h. */
interface Text extends Handle {
  address(): number;
  byteLength(): number;
}

/** The bindings in the order of their tables. */
export function readBindings({ wasmMemory, wasmTable: _, _inkling_bindings }: Glue): Binding[] {
  const words = new Uint32Array(wasmMemory.buffer);
  const bytes = new Uint8Array(wasmMemory.buffer);
  const word = (address: number) => words[address >> 2] as number;
  const text = (address: number) => {
    let read = '';
    for (let at = address; bytes[at]; at++) read += String.fromCharCode(bytes[at] as number);
    return read;
  };
  const bindings: Binding[] = [];
  for (let table = _inkling_bindings(); table; table = word(table + 8)) {
    const entries = word(table);
    for (let entry = entries; entry < entries + 12 * word(table + 4); entry += 12) {
      const [kind = '', result = '', ...parameters] = text(word(entry + 4)).match(/\??./g) ?? [];
      bindings.push({ name: text(word(entry)), kind, result, parameters, place: word(entry + 8) });
    }
  }
  return bindings;
}

/** The module as build/…/inkling.d.ts describes it: classes and functions that call the wasm. */
export function bindSeam(glue: Glue): MainModule {
  const { wasmMemory, wasmTable } = glue;
  const module: Record<string, unknown> = { wasmMemory };
  const classes: Record<string, Class> = {};
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();

  const textOf = (words: string): Text => {
    const encoded = encoder.encode(words);
    const text = new (classes.s as Class)(encoded.length) as Text;
    new Uint8Array(wasmMemory.buffer).set(encoded, text.address());
    return text;
  };
  const wordsAt = (at: number): string => {
    const text: Text = Object.assign(Object.create((classes.s as Class).prototype), { at });
    const start = text.address();
    // A copy: decoders refuse shared memory.
    const bytes = new Uint8Array(wasmMemory.buffer).slice(start, start + text.byteLength());
    return decoder.decode(bytes);
  };
  const addressOf = (type: string, given: unknown): number => {
    if (given === null && type.length > 1) return 0;
    const { at } = given as Handle;
    if (!(given instanceof (classes[type.at(-1) as string] as Class)) || at === 0) {
      throw new TypeError('an object that was deleted, or is of another class');
    }
    return at;
  };

  const caller = ({ name, kind, result, parameters, place }: Binding) => {
    const call = wasmTable.get(place) as (...args: unknown[]) => unknown;
    return (args: readonly unknown[]) => {
      if (args.length !== parameters.length) throw new TypeError(`${name}: wrong arguments`);
      const texts: Text[] = [];
      const wired = parameters.map((type, n) => {
        const given = args[n];
        if (type === 's' && !(n === 0 && kind === 'm')) {
          const text = textOf(given as string);
          texts.push(text);
          return text.at;
        }
        return 'bifd'.includes(type) ? given : addressOf(type, given);
      });
      const value = call(...wired);
      const told =
        result === 's' && kind !== 'c'
          ? wordsAt(value as number)
          : result === 'b'
            ? value !== 0
            : value;
      for (const text of texts) text.delete();
      return told;
    };
  };

  for (const binding of readBindings(glue)) {
    const { name, kind, result, parameters } = binding;
    const call = caller(binding);
    if (kind === 'c') {
      classes[result] = class implements Handle {
        at: number;
        constructor(...args: unknown[]) {
          this.at = call(args) as number;
        }
        delete() {} // replaced below
      };
      module[name] = classes[result];
    } else if (kind === 'm') {
      const { prototype } = classes[parameters[0] as string] as Class;
      const forget = name === 'delete';
      prototype[name as 'delete'] = function (this: Handle, ...args: unknown[]) {
        const told = call([this, ...args]);
        if (forget) this.at = 0;
        return told as undefined;
      };
    } else {
      module[name] = (...args: unknown[]) => call(args);
    }
  }
  return module as unknown as MainModule;
}

import { readVarInt } from 'hyparquet/src/thrift.js';

/** https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const Type = {
  STOP: 0,
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  STRUCT: 12,
};
/** Parquet's own are six levels deep. */
const DEEPEST = 32;

/**
 * Walks through a struct of Thrift's compact protocol. hyparquet makes room for as many elements as a list says it has before
 * it looks for them: a few bytes would end the program.
 *
 * @throws Error, RangeError when it says more than it has
 */
export function checkStruct(view: DataView, offset: number): void {
  new Walk({ view, offset }).struct(0);
}

class Walk {
  constructor(private readonly reader: { view: DataView; offset: number }) {}

  struct(depth: number): void {
    if (depth > DEEPEST) throw new Error(`more than ${DEEPEST} levels`);
    for (;;) {
      const byte = this.byte();
      const type = byte & 15;
      if (type === Type.STOP) return;
      if (byte >> 4 === 0) this.varint();
      // A field that is true or false has no further byte; an element of a list has.
      if (type !== Type.TRUE && type !== Type.FALSE) this.element(type, depth);
    }
  }

  private element(type: number, depth: number): void {
    switch (type) {
      case Type.TRUE:
      case Type.FALSE:
      case Type.BYTE:
        this.skip(1);
        break;
      case Type.I16:
      case Type.I32:
      case Type.I64:
        this.varint();
        break;
      case Type.DOUBLE:
        this.skip(8);
        break;
      case Type.BINARY:
        this.skip(this.varint());
        break;
      case Type.LIST:
        this.list(depth + 1);
        break;
      case Type.STRUCT:
        this.struct(depth + 1);
        break;
      default:
        throw new Error(`a field of the unknown type ${type}`);
    }
  }

  private list(depth: number): void {
    const byte = this.byte();
    const short = byte >> 4;
    const size = short === 15 ? this.varint() : short;
    // Each element takes a byte at least.
    if (size > this.left) throw new Error(`a list of ${size} in ${this.left} bytes`);
    for (let n = 0; n < size; n++) this.element(byte & 15, depth);
  }

  private get left(): number {
    return this.reader.view.byteLength - this.reader.offset;
  }

  private byte(): number {
    return this.reader.view.getUint8(this.reader.offset++);
  }

  /** As hyparquet reads it, and not below 0: a length beyond 2^31 is. */
  private varint(): number {
    return readVarInt(this.reader) >>> 0;
  }

  private skip(bytes: number): void {
    if (bytes > this.left) throw new Error(`${bytes} bytes where ${this.left} are left`);
    this.reader.offset += bytes;
  }
}

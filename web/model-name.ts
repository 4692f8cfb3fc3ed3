/** The name of the model in a file, or undefined: a look at its header, which checks nothing. */
export function modelNameOf(file: Uint8Array | undefined): string | undefined {
  if (!file || file.length < HEADER_AT) return undefined;
  const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  const header = file.subarray(HEADER_AT, HEADER_AT + length);
  // The settings stand there as text, whose quotation marks are escaped.
  return /"model":"(\w+)"/.exec(new TextDecoder().decode(header))?.[1];
}

/** After the header's length. */
const HEADER_AT = 8;

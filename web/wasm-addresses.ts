import { defaultWasmUrl } from '#host';
import { InklingError } from './errors.js';
import { absolute } from './public-data.js';
import type { OpenOptions, VariantName, WasmName } from './types.js';
import type { OpenRequest } from './worker/protocol.js';

/** An app that has put one file of its own in the place of ours has said nothing of the others. */
export function wasmAddresses(
  { wasmUrl, wasmBinary, model, training = model === undefined }: OpenOptions,
  variant: VariantName,
): Pick<OpenRequest, 'wasmUrl' | 'trainerUrls'> {
  const ask = typeof wasmUrl === 'function' ? asked(wasmUrl) : defaultWasmUrl;
  const find = (name: WasmName) => {
    const url = ask(name);
    return url && absolute(url);
  };
  const one = isAddress(wasmUrl) ? wasmUrl : undefined;
  const first = one ? absolute(one) : find(training ? variant : `${variant}-serving`);
  const usual = one || (wasmBinary && !wasmUrl) ? undefined : find(variant);
  const full = usual && find(`${variant}-full`);
  return { wasmUrl: first, trainerUrls: usual && full ? { usual, full } : undefined };
}

/** Of a function of the app: what it gives is an address, or an error says so. */
function asked(wasmUrl: (name: WasmName) => unknown): (name: WasmName) => URL | string {
  return (name) => {
    const url = wasmUrl(name);
    if (typeof url === 'string' || url instanceof URL) return url;
    throw new InklingError(
      'invalid_argument',
      `open: wasmUrl(${JSON.stringify(name)}) gave ${url}; expected the address of that file`,
    );
  };
}

export function isAddress(wasmUrl: OpenOptions['wasmUrl']): wasmUrl is URL | string {
  return wasmUrl !== undefined && typeof wasmUrl !== 'function';
}

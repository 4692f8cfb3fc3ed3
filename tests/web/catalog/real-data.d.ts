/** A file of the data sets beside the checkout, or null, said aloud, where there is none. */
export declare function realData(path: string): Uint8Array | null;

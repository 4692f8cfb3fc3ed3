export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}
/** Runs the command line in this process, with the fake engine. */
export declare function inkling(argv: readonly string[], signal?: AbortSignal): Promise<Outcome>;
/** Arguments of the newest call of this name that the fake engine got. */
export declare function given(name: string): unknown[];
/** A directory of its own for every test. */
export declare function useDirectory(): {
  path: (name: string) => string;
  write: (name: string, content: string | Uint8Array) => string;
  names: () => string[];
};

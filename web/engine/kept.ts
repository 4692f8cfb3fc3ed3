const MOST_KEPT = 64;

/** What is worked out once for each key, as long as there are not too many of them. */
export class Kept<T> {
  private readonly values = new Map<string, T>();

  of(key: string, make: () => T): T {
    let value = this.values.get(key);
    if (value === undefined) {
      value = make();
      this.values.set(key, value);
      const [oldest] = this.values.keys();
      if (this.values.size > MOST_KEPT) this.values.delete(oldest as string);
    }
    return value;
  }
}

import { element } from './elements.ts';

/** Hands bytes over as a download; they go from the tab to the disk and nowhere else. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  element('a', { href: address, download: name }).click();
  // The download has begun by then; freeing the address at once can stop it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

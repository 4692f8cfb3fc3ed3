import { byId } from './elements.ts';

/** Asks before everything is forgotten. Resolves to whether the person meant it. */
export function confirmErase(): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('erase-dialog');
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'erase'), { once: true });
  });
}

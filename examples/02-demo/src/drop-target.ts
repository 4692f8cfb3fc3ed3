import { byId } from './elements.ts';

/** Files may be dropped anywhere on the page, or chosen with a button that the keyboard reaches like any other. */
export function acceptFiles(onFiles: (files: File[]) => void): void {
  const veil = byId('drop-veil');
  const input = byId<HTMLInputElement>('drop-input');
  let depth = 0;

  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const show = (shown: boolean) => {
    if (!shown) depth = 0;
    veil.hidden = !shown;
  };

  document.addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth++;
    show(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (carriesFiles(event) && --depth <= 0) show(false);
  });
  document.addEventListener('dragover', (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(false);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    // The same files can then be chosen again.
    input.value = '';
    if (files.length > 0) onFiles(files);
  });
}

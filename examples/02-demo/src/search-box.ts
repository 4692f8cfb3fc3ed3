import { byId } from './elements.ts';

/** Waits this long after the last key before it asks. */
const PAUSE_MS = 140;

/** Words to search for; asks while they are typed. */
export function watchSearch(onQuery: (query: string) => void): { clear: () => void } {
  const form = byId<HTMLFormElement>('search');
  const input = byId<HTMLInputElement>('search-input');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = '';

  const ask = () => {
    clearTimeout(timer);
    const query = input.value.trim();
    if (query === asked) return;
    asked = query;
    onQuery(query);
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (input.value === '') ask();
    else timer = setTimeout(ask, PAUSE_MS);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  for (const suggestion of document.querySelectorAll<HTMLButtonElement>('.suggestion')) {
    suggestion.addEventListener('click', () => {
      input.value = suggestion.textContent ?? '';
      ask();
      input.focus();
    });
  }
  return {
    clear: () => {
      clearTimeout(timer);
      input.value = '';
      asked = '';
    },
  };
}

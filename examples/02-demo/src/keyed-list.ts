/** Brings a list's children into a wanted order with as few changes as that takes, and lets the eye follow. */

const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
const MOTION = { duration: 280, easing: 'cubic-bezier(.2, .7, .2, 1)' };
/** Farther along, nobody sees where a child comes from. */
const MOST_MOVED = 7;

/** How far one place is, in terms of the child itself: no layout has to be computed to know it. */
const STEP = {
  row: (places: number) => `translateX(calc(${places} * (100% + var(--gap, 0px))))`,
  column: (places: number) => `translateY(${places * 100}%)`,
};

function place(parent: HTMLElement, wanted: readonly HTMLElement[]): void {
  const keep = new Set<Element>(wanted);
  for (const child of [...parent.children]) {
    if (!keep.has(child)) child.remove();
  }
  let cursor = parent.firstElementChild;
  for (const child of wanted) {
    if (child === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(child, cursor);
  }
}

/**
 * `along` a row or a column, children that stay glide to their new place and new ones fade in; all must be of
 * one size. Nothing moves without it, or for those who ask for calm.
 */
export function reorder(
  parent: HTMLElement,
  wanted: readonly HTMLElement[],
  along?: keyof typeof STEP,
): void {
  const before = new Map([...parent.children].map((child, at) => [child, at]));
  if (before.size === wanted.length && wanted.every((child, at) => before.get(child) === at))
    return;
  place(parent, wanted);
  if (along === undefined || calm.matches || before.size === 0) return;
  wanted.slice(0, MOST_MOVED).forEach((child, to) => {
    const from = before.get(child);
    if (from === to) return;
    const start =
      from === undefined
        ? { opacity: 0, transform: 'scale(.96)' }
        : { transform: STEP[along](Math.min(from, MOST_MOVED) - to) };
    child.animate([start, { opacity: 1, transform: 'none' }], MOTION);
  });
}

/** Only what is wider than its box is a tab stop, and says that it scrolls. */
export function watchOverflow(): void {
  const names = new Map<Element, string>();
  const watch = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const box = target.closest('.scroll');
      if (box !== null) say(box, names.get(box) ?? '');
    }
  });
  for (const box of document.querySelectorAll('.scroll')) {
    names.set(box, box.getAttribute('aria-label') ?? '');
    watch.observe(box);
    if (box.firstElementChild !== null) watch.observe(box.firstElementChild);
  }
}

function say(box: Element, name: string): void {
  const said = { tabindex: '0', role: 'group', 'aria-label': `${name}, scrolls sideways` };
  for (const [attribute, value] of Object.entries(said)) {
    if (box.scrollWidth > box.clientWidth) box.setAttribute(attribute, value);
    else box.removeAttribute(attribute);
  }
}

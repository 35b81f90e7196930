/** Names in the tables search for themselves in the graph. */

/** A name that can be clicked, as the static page writes it. */
export function liveName(name: string): HTMLElement {
  const code = document.createElement('code');
  code.dataset['find'] = '';
  code.textContent = name;
  bringToLife(code);
  return code;
}

function bringToLife(name: HTMLElement): void {
  name.classList.add('go');
  name.setAttribute('role', 'button');
  name.setAttribute('tabindex', '0');
}

/** Brings the names in the page to life; one listener serves these and all that come later. */
export function listenToNames(find: (name: string) => void): void {
  for (const name of document.querySelectorAll<HTMLElement>('code[data-find]')) bringToLife(name);
  const look = (event: Event): boolean => {
    const name =
      event.target instanceof Element ? event.target.closest<HTMLElement>('code[data-find]') : null;
    if (name === null) return false;
    // A shortened name ends in …, which no recorded name does.
    find(name.textContent.replace(/…$/, ''));
    return true;
  };
  document.addEventListener('click', look);
  document.addEventListener('keydown', (event) => {
    if ((event.key === 'Enter' || event.key === ' ') && look(event)) event.preventDefault();
  });
}

/**
 * Copies text. Browsers give a page from file:// or in a sandbox no clipboard, or ask first: then the text
 * is put in a box below `near`, selected, to be copied by hand, and false is returned.
 */
export async function copyText(near: HTMLElement, text: string): Promise<boolean> {
  near.parentElement?.querySelector('textarea.copy')?.remove();
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = document.createElement('textarea');
    box.className = 'copy';
    box.readOnly = true;
    box.value = text;
    box.rows = Math.min(12, text.split('\n').length);
    box.setAttribute('aria-label', 'Rows to copy');
    near.after(box);
    box.select();
    return false;
  }
}

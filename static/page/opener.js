// Opens a file of plans: its text goes to the studio, which makes a story of each plan in it.
import { el } from './dom.js';

const ACCEPT = '.json,.txt,.jsonl,.fountain,.spmd';
const MAX_BYTES = 5000000;

/** Put the link into the page; `trigger('opened')` sends the file's name and text. */
export function mount({ element, trigger }) {
  const input = el('input', { type: 'file', accept: ACCEPT, 'aria-label': 'Open a plan', hidden: true });
  const button = el('button', { type: 'button', class: 'quiet', text: 'Open a plan', title: 'A story.json, plan text, .jsonl of plans or a Fountain script' });
  const said = el('p', { class: 'said', role: 'alert', hidden: true });
  element.append(button, input, said);
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    const [file] = input.files;
    input.value = ''; // so that the same file can be opened again
    said.hidden = true;
    if (!file) return;
    try {
      trigger('opened', { name: file.name, text: await textOf(file) });
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
  });
}

async function textOf(file) {
  if (file.size > MAX_BYTES) throw new Error('This file is too long for a plan.');
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('This file is no text in UTF-8. Save it as a text file and open it again.');
  }
}

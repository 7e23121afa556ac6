// Opens a file: plans go to the planner as text, a kept story (zip) goes to the studio as it is.
import { token, upload } from './api.js';
import { goTo } from './bus.js';
import { el } from './dom.js';
import { sentence } from './toast.js';

const PLANS = '.json,.txt,.jsonl,.fountain,.spmd';
const MAX_PLAN_BYTES = 5000000;
const MAX_ZIP_BYTES = 200000000;

/** Put the links into the page; `trigger('opened')` sends a plan's name and text. */
export function mount({ element, trigger }) {
  const said = el('p', { class: 'said', role: 'alert', hidden: true });
  const say = (words) => { said.textContent = words; said.hidden = !words; };
  const open = link('Open a plan', 'A story.json, plan text, .jsonl of plans or a Fountain script', PLANS, say,
    async (file) => trigger('opened', { name: file.name, text: await textOf(file), token: token() }));
  const bring = link('Import a story (zip)', 'A story kept before with “Keep this story”', '.zip,application/zip', say, importZip);
  element.append(el('div', { class: 'opener' }, ...open, ...bring), said);
}

function link(words, title, accept, say, take) {
  const input = el('input', { type: 'file', accept, 'aria-label': words, hidden: true });
  const button = el('button', { type: 'button', class: 'quiet', text: words, title });
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    const [file] = input.files;
    input.value = ''; // so that the same file can be opened again
    say('');
    if (!file) return;
    button.disabled = true;
    try {
      await take(file);
    } catch (error) {
      say([error.message, error.hint].filter(Boolean).map(sentence).join(' '));
    } finally {
      button.disabled = false;
    }
  });
  return [button, input];
}

async function importZip(file) {
  if (file.size > MAX_ZIP_BYTES) throw new Error('This file is too large for a story.');
  const { project, notice } = await upload('import', file);
  goTo(project, notice);
}

async function textOf(file) {
  if (file.size > MAX_PLAN_BYTES) throw new Error('This file is too long for a plan.');
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('This file is no text in UTF-8. Save it as a text file and open it again.');
  }
}

// What a story's takes should not show, in the storyteller's words; kept by the browser for each story.
import { el } from './dom.js';

const KEY = 'studio.unwanted';
const MOST_CHARACTERS = 1000;
const MOST_STORIES = 50;
const HINT = 'For every take of this story from now on. A word that the model does not know is left out; below each take stands what it was given.';
let now = null;

/** Give what the takes of a story should not show; empty where nothing was said. */
export function unwantedWords(project) {
  return all().get(project) || '';
}

/** The words of the open story, behind a line that opens. */
export class Unwanted {
  constructor() {
    this.input = el('textarea', { rows: 2, maxlength: MOST_CHARACTERS, placeholder: 'rain, a crowd', 'aria-label': 'What it should not show' });
    this.root = el('details', { class: 'unwanted' }, el('summary', { text: 'What it should not show' }), this.input, el('small', { text: HINT }));
    this.input.addEventListener('input', () => keep(this.project, this.input.value.trim()));
  }

  /** Show the words of a story. */
  draw(project) {
    if (this.project === project) return;
    this.project = project;
    this.input.value = unwantedWords(project);
    this.root.open = Boolean(this.input.value);
  }
}

function all() {
  now = now || stored();
  return now;
}

function keep(project, words) {
  const kept = all();
  kept.delete(project); // the story that was written in last stands last
  if (words) kept.set(project, words);
  while (kept.size > MOST_STORIES) kept.delete(kept.keys().next().value);
  try {
    localStorage.setItem(KEY, JSON.stringify([...kept]));
  } catch {
    // it lives as long as this page
  }
}

function stored() {
  try {
    const pairs = JSON.parse(localStorage.getItem(KEY)) || [];
    return new Map(pairs.filter(([project, words]) => typeof project === 'string' && typeof words === 'string'));
  } catch {
    return new Map(); // storage is refused, or holds something else
  }
}

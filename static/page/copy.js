// The browser's own copy of each story, for a studio that forgets: words and boxes, not the takes.
import { call } from './api.js';

const PREFIX = 'studio.story.';
const KEPT = 20;
const QUIET_MS = 2000;
let timer = 0;

/** Keep a copy of a story soon, once edits have paused. */
export function keepSoon(project) {
  clearTimeout(timer);
  timer = setTimeout(() => keep(project), QUIET_MS);
}

/** Give this browser's copy of a story, or null. */
export function kept(project) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + project) || 'null');
    return found && found.copy ? found.copy : null;
  } catch {
    return null;
  }
}

/** Make the story again from this browser's copy; gives its id. */
export async function bringBack(project) {
  const { project: id } = await call('remember', { copy: kept(project) });
  return id;
}

async function keep(project) {
  try {
    const { copy } = await call('copy', { project });
    store(PREFIX + project, JSON.stringify({ when: Date.now(), copy }));
  } catch {
    // the next edit tries again
  }
}

function store(key, text) {
  const others = oldestFirst().filter((one) => one !== key);
  while (others.length >= KEPT) localStorage.removeItem(others.shift());
  for (;;) {
    try {
      localStorage.setItem(key, text);
      return;
    } catch (error) {
      if (!others.length) throw error;
      localStorage.removeItem(others.shift()); // the storage is full
    }
  }
}

function oldestFirst() {
  const when = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key)).when || 0;
    } catch {
      return 0;
    }
  };
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  return keys.map((key) => [when(key), key]).sort((a, b) => a[0] - b[0]).map(([, key]) => key);
}

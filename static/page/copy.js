// The browser's own copy of each story, for a studio that forgets: words and boxes, not the takes.
import { call } from './api.js';
import { moveUnsent } from './unsent.js';

const PREFIX = 'studio.story.';
const TIMES = 'studio.stories'; // when each copy was made, so that the oldest is found without reading them
const KEPT = 20;
const QUIET_MS = 2000;
const timers = new Map();

/** Keep a copy of a story soon, once edits of it have paused. */
export function keepSoon(project) {
  clearTimeout(timers.get(project));
  timers.set(project, setTimeout(() => { timers.delete(project); keep(project); }, QUIET_MS));
}

/** Give this browser's copy of a story, or null. */
export function kept(project) {
  const found = read(PREFIX + project);
  return (found && found.copy) || null;
}

/** Make the story again from this browser's copy, and let the edits that wait for it go there; gives its id. */
export async function bringBack(project) {
  const { project: id } = await call('remember', { copy: kept(project) });
  moveUnsent(project, id);
  return id;
}

async function keep(project) {
  try {
    const { copy } = await call('copy', { project });
    store(project, JSON.stringify({ copy }));
  } catch {
    // the next edit tries again
  }
}

function store(project, text) {
  const times = read(TIMES) || {};
  const others = oldestFirst(times).filter((one) => one !== project);
  const drop = () => {
    const oldest = others.shift();
    localStorage.removeItem(PREFIX + oldest);
    delete times[oldest];
  };
  while (others.length >= KEPT) drop();
  while (!stored(PREFIX + project, text) && others.length) drop(); // the storage is full
  times[project] = Date.now();
  stored(TIMES, JSON.stringify(times));
}

function oldestFirst(times) {
  const all = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  return all.sort((a, b) => (times[a] || 0) - (times[b] || 0));
}

function stored(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || 'null');
  } catch {
    return null;
  }
}

// Talks with the studio's own routes: one call, one answer, and errors that say what happened and what to do.
import { address } from './dom.js';

const ROUTES = 'gradio_api/studio/api/';
const KEY = 'studio.token';
const KEEPALIVE_BYTES = 60000; // browsers send no more than 64 kB after a page has gone
const GATEWAY = [502, 503, 504];
let remembered = '';

/** What a route answers when it cannot do what was asked; status 0 means that there was no answer. */
export class ApiError extends Error {
  constructor(status, message, hint = '', theirs = null) {
    super(message);
    Object.assign(this, { status, hint, theirs });
  }

  /** Whether asking again later may help. */
  get silent() {
    return this.status === 0;
  }
}

/** Give this browser's token, made once; it says whose stories these are. */
export function token() {
  remembered = remembered || stored() || made();
  return remembered;
}

/** Ask a route; gives its answer or throws an ApiError. */
export function call(route, body = {}) {
  const text = JSON.stringify(body);
  return ask(route, text, { 'Content-Type': 'application/json' }, text.length < KEEPALIVE_BYTES);
}

/** Send a file as it is to a route. */
export function upload(route, file) {
  return ask(route, file, { 'Content-Type': file.type || 'application/octet-stream' }, false);
}

async function ask(route, body, headers, keepalive) {
  let answer;
  try {
    const options = { method: 'POST', body, keepalive, headers: { ...headers, 'X-Studio-Token': token() } };
    answer = await fetch(address(ROUTES + route), options);
  } catch {
    throw silence();
  }
  const told = await answer.json().catch(() => null);
  if (told === null || GATEWAY.includes(answer.status)) throw silence();
  if (answer.ok) return told;
  const { message = 'That did not work', hint = 'Try it again.' } = told.error || {};
  throw new ApiError(answer.status, message, hint, told.theirs || null);
}

function silence() {
  return new ApiError(0, 'The studio does not answer', 'It is asked again.');
}

function stored() {
  try {
    const kept = localStorage.getItem(KEY) || '';
    return /^[\w-]{43}$/.test(kept) ? kept : '';
  } catch {
    return ''; // storage is refused, as in some frames
  }
}

function made() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const fresh = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  try {
    localStorage.setItem(KEY, fresh);
  } catch {
    // it lives as long as this page
  }
  return fresh;
}

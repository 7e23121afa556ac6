// Talks with the studio's own routes: one call, one answer, and errors that say what happened and what to do.
import { address } from './dom.js';

const ROUTES = 'gradio_api/studio/api/';
const KEY = 'studio.token';
const KEEPALIVE_BYTES = 60000; // browsers send no more than 64 kB after a page has gone
const EDIT_MS = 30000;
const BUSY = [429, 502, 503, 504]; // a studio that wakes up, or a gateway before it
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
  const how = route === 'edit' ? { keepalive: new Blob([text]).size < KEEPALIVE_BYTES, signal: AbortSignal.timeout(EDIT_MS) } : {};
  return ask(route, text, { 'Content-Type': 'application/json' }, how);
}

/** Send a file as it is to a route. */
export function upload(route, file) {
  return ask(route, file, { 'Content-Type': file.type || 'application/octet-stream' });
}

async function ask(route, body, headers, how = {}) {
  let answer;
  let text;
  try {
    const options = { method: 'POST', body, ...how, headers: { ...headers, 'X-Studio-Token': token() } };
    answer = await fetch(address(ROUTES + route), options);
    text = await answer.text();
  } catch {
    throw silence();
  }
  const told = read(text);
  if (BUSY.includes(answer.status)) throw silence(told);
  if (answer.ok && told) return told;
  const { message = 'The studio gave no answer that can be read', hint = 'Try it again.' } = (told && told.error) || {};
  throw new ApiError(answer.status, message, hint, (told && told.theirs) || null);
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The error of a studio that may answer later; one that is asked too often says so itself. */
function silence(told = null) {
  const { message = 'The studio does not answer', hint = 'Try it again in a moment.' } = (told && told.error) || {};
  return new ApiError(0, message, hint);
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

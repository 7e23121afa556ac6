// Asking for work that is done on what the studio has: every edit is saved before.
import { call } from './api.js';
import { complain } from './toast.js';

/**
 * Ask a route for some work; `settled()` gives the story's id once its edits are saved, `watch` sees to the work. Gives the
 * answer, null where there is none.
 */
export async function askSaved({ settled, watch }, route, body = {}) {
  try {
    const answer = await call(route, { project: await settled(), ...body });
    watch.ask();
    return answer;
  } catch (error) {
    complain(error);
    return null;
  }
}

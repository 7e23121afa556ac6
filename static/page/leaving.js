// When the page goes away: what was typed goes on its way first, and what cannot be saved now is warned of.
import { flushFields } from './field.js';

/** Let no words be lost at a reload or a closed tab. */
export function watchLeaving(outbox) {
  window.addEventListener('pagehide', () => { flushFields(); outbox.leave(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) flushFields(); });
  window.addEventListener('beforeunload', (event) => {
    flushFields();
    if (['waiting', 'asking'].includes(outbox.state)) event.preventDefault();
  });
}

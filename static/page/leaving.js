// When the page goes away: what was typed or nudged goes on its way first, and what cannot be saved now is warned of.

/** Let no edit be lost at a reload or a closed tab; `flush()` puts what is held back into the outbox. */
export function watchLeaving(outbox, flush) {
  window.addEventListener('pagehide', () => { flush(); outbox.leave(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) flush(); });
  window.addEventListener('beforeunload', (event) => {
    const waited = outbox.queue.length > 0; // what is only flushed now leaves with the page
    flush();
    if (waited) event.preventDefault();
  });
}

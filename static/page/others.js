// What other windows do to an open story, and a studio that forgets.
import { call } from './api.js';
import { isPlanning } from './bus.js';
import { sameScene } from './story.js';
import { toast } from './toast.js';

/** The watch has seen a revision: a newer one comes from another window. */
export async function noticed(shop, revision) {
  const planning = isPlanning() || (shop.form && shop.form.replan.asked);
  if (revision <= shop.story.revision || shop.outbox.queue.length) return;
  const [id, before] = [shop.selected, shop.story.scene(shop.selected)];
  await shop.reopen();
  const after = shop.story.scene(id);
  if (planning || !before || !after || sameScene(before, after)) return;
  toast('This scene was changed in another window.', { action: { words: 'Earlier versions', run: () => shop.openVersions() } });
}

/** Whose edit stays where another window changed the same; one of a story that is left is asked about at the next visit. */
export function decide(shop, theirs, op) {
  if (theirs.project === shop.story.project) return shop.conflict.ask(op);
  toast(`“${theirs.head.title}” was changed in another window meanwhile. Open it again to choose what stays.`, { error: true });
  return 'later';
}

/** Ask whether the studio has forgotten a story; the open one is then offered again from the browser's copy. */
export async function isGone(shop, project) {
  try {
    await call('open', { project });
    return false;
  } catch (error) {
    if (error.status !== 404) return false;
    setTimeout(() => { if (project === shop.wanted) shop.lost(project, error); }); // once its edits are put aside
    return true;
  }
}

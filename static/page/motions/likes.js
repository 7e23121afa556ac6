// Who of the selected scene shall move like a clip.
import { openMenu } from '../menu.js';

/** Give the menu's entries for the actors of a scene; `choose(region)` takes one. */
export function likeEntries(scene, choose) {
  if (!scene || !scene.regions.length) return [{ words: 'Nobody is in the selected scene', disabled: true, run: () => {} }];
  return scene.regions.map((region) => ({
    words: [region.name, region.motion].filter(Boolean).join(', '),
    keys: region.locked ? 'locked' : '',
    disabled: region.locked,
    run: () => choose(region.id),
  }));
}

/** Open the menu of actors at a button. */
export function openLikes(button, scene, choose) {
  button.setAttribute('aria-label', `Who of “${(scene && scene.title) || 'this scene'}” shall move like this`);
  openMenu(button, likeEntries(scene, choose));
}

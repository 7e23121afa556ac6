// The keys of the whole page, for the sheet that "?" opens.
import { KEYS_TOLD as CLIP_KEYS } from '../motions/commands.js';
import { TAKES_KEYS } from '../takes/keys.js';

/** Give the groups `[name, [[keys, words], ...]]` that stand before the editor's own. */
export const PAGE_KEYS = [
  ['The page', [
    ['Alt+1 to Alt+4', 'Story, Boards, Cast & Motions, Film'],
    ['?', 'This sheet'],
    ['Ctrl+Enter', 'Render the selected scene as a draft'],
    ['Escape', 'Close a window or a menu'],
  ]],
  ['Scene cards', [
    ['↑ ↓', 'The scene before or after'],
    ['Enter', 'Show the scene'],
    ['Alt+↑ or Alt+↓', 'Move the scene'],
    ['→ or Shift+F10', 'What can be done with it'],
    ['Delete', 'Put it into the bin'],
  ]],
  TAKES_KEYS,
  ['Clips of a motion', CLIP_KEYS.map(([keys, words]) => [keys, `${words[0].toUpperCase()}${words.slice(1)}`])],
];

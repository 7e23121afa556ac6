// Puts the parts of the first page where the page has places for them.
import { onStory, onWelcome } from '../bus.js';
import { welcome } from './welcome.js';

/** Put the part that `props.value` names into its place; the film's place sees to all of them. */
export function mount({ element, props }) {
  const { part } = props.value;
  const first = welcome();
  element.append(first.parts[part]);
  if (part !== 'film') return;
  onWelcome(element, () => first.show());
  onStory(element, () => first.leave());
  if (document.body.classList.contains('at-welcome')) first.show();
}

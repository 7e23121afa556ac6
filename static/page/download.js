// The link that hands over a served file to keep.
import { address, el } from './dom.js';

/** Make the link that hands over a served file under a name; `kind` says how it looks: 'accent', 'quiet'. */
export function download(words, path, name, kind = '') {
  const link = new URL(address(path));
  link.searchParams.set('download', '1');
  return el('a', { class: `download ${kind}`.trim(), href: link.href, download: name, text: words });
}

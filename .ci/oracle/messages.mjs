// Renders Slack messages with a renderer that is not ours and checks that nothing is left out.
// usage: node messages.mjs GOLDEN...   a golden is one JSON body after the other, indented
import fs from 'node:fs';
import path from 'node:path';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Message } from 'slack-blocks-to-jsx';

let complaints = [];
console.error = console.warn = (...args) => complaints.push(args.join(' '));

// bodies splits what json.Indent writes: a line that is "}" ends a body.
const bodies = text => text.split(/(?<=^})\n/m).filter(s => s.trim()).map(s => JSON.parse(s));

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'" };
const plain = html => html.replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot|#x27|#39);/g, (_, name) => entities[name]);
const squeeze = text => text.replace(/\s+/g, '');

// texts are the strings of a body that a reader must see; what stands in a closed menu or in a picture is not.
function texts(node, out = []) {
  if (Array.isArray(node)) node.forEach(n => texts(n, out));
  else if (node && typeof node === 'object') {
    if (['text', 'raw_text', 'plain_text'].includes(node.type) || node.type === 'link') out.push(node.text ?? '');
    for (const [name, value] of Object.entries(node)) {
      if (!['options', 'initial_option', 'initial_options', 'option_groups', 'confirm', 'placeholder', 'chart', 'style'].includes(name)) texts(value, out);
    }
  }
  return out;
}

let messages = 0, failed = 0;
for (const file of process.argv.slice(2)) {
  const say = text => { failed++; console.log(`  ${path.basename(file)}: ${text}`); };
  for (const body of bodies(fs.readFileSync(file, 'utf8'))) {
    messages++;
    complaints = [];
    let html;
    try {
      html = renderToStaticMarkup(createElement(Message, { blocks: body.blocks, name: 'Backchannel', logo: '/logo.png', time: new Date(0) }));
    } catch (e) {
      say(`cannot be rendered: ${e.message}`);
      continue;
    }
    complaints.forEach(c => say(c.slice(0, 300)));
    const shown = html.split('slack_blocks_to_jsx--block_wrapper').length - 1;
    if (shown !== body.blocks.length) say(`${shown} of ${body.blocks.length} blocks are shown`);
    const seen = squeeze(plain(html));
    for (const t of texts(body.blocks)) {
      if (/<[!@#].*>/.test(t)) continue; // this renderer looks for mentions in plain text as well; Slack does not
      if (!seen.includes(squeeze(t))) say(`not shown: ${JSON.stringify(t).slice(0, 300)}`);
    }
  }
}
console.log(`messages: ${messages} Slack messages rendered, ${failed === 0 ? 'whole and without an error' : `${failed} FAULTS`}`);
process.exit(messages === 0 || failed > 0 ? 1 : 0);

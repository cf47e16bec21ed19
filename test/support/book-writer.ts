/** A process of its own that writes into a book: `node book-writer.ts ROOT race|loop`. */
import { LocalBook } from '../../lib/adapters/local-book.ts';

const [root = '', mode] = process.argv.slice(2);
const book = new LocalBook(root);

await (mode === 'race' ? race() : loop());

/** Claims 50 keys, and prints those that it stored. */
async function race(): Promise<void> {
  for (let key = 0; key < 50; key += 1) {
    const answer = await book.putIfAbsent(`races/${key}`, Buffer.from(`${process.pid} claims ${key}`));
    if (answer === 'stored') process.stdout.write(`races/${key}\n`);
  }
}

/** Writes and replaces files of a million equal bytes until it is killed; says when the first are stored. */
async function loop(): Promise<void> {
  for (let round = 0; ; round += 1) {
    const bytes = Buffer.alloc(1_000_000, round % 256);
    await book.put(`replaced/${round % 3}`, bytes);
    await book.putIfAbsent(`added/${process.pid}-${round}`, bytes);
    if (round === 0) process.stdout.write('stored\n');
  }
}

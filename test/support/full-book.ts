import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

import { LocalBook } from '../../lib/adapters/local-book.ts';

/** What the system says where a write finds no room. */
export function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
}

/** A book on a disk that has no room for the files of a source: half of the bytes are written, and then none any more. */
export class FullBook extends LocalBook {
  override async importIfAbsent(key: string, path: string): Promise<'stored' | 'present'> {
    await this.produce(key, async (unfinished) => {
      const file = await open(unfinished, 'wx');
      try {
        for await (const chunk of createReadStream(path)) await file.write(chunk.subarray(0, chunk.length / 2));
      } finally {
        await file.close();
      }
      throw noSpace();
    });
    return 'stored';
  }
}

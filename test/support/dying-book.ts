import { LocalBook } from '../../lib/adapters/local-book.ts';

/** A book whose process kills itself, as `kill -9` would, in place of its n-th write, counted from 0. */
export class DyingBook extends LocalBook {
  #left: number;

  constructor(root: string, writes: number) {
    super(root);
    this.#left = writes;
  }

  override async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#count();
    return super.put(key, bytes);
  }

  override async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'present'> {
    this.#count();
    return super.putIfAbsent(key, bytes);
  }

  override async importIfAbsent(key: string, path: string): Promise<'stored' | 'present'> {
    this.#count();
    return super.importIfAbsent(key, path);
  }

  #count(): void {
    if (this.#left-- === 0) process.kill(process.pid, 'SIGKILL');
  }
}

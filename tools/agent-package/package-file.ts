/** A file or a symbolic link of a package; folders follow from the paths. */
export interface PackageFile {
  /** Below the package's root, without a slash at its ends: `usr/bin/joulebook-agent`. */
  readonly path: string;
  readonly content: Buffer | { readonly linkTo: string };
  readonly isExecutable?: boolean;
}

/** Processors that packages are made for, as the kernel, npm, Debian and the ELF header call them. */
export const PROCESSORS = [
  { name: 'x86_64', npm: 'x64', debian: 'amd64' },
  { name: 'arm64', npm: 'arm64', debian: 'arm64' },
] as const;
export type Processor = (typeof PROCESSORS)[number];

/** The files, each below a folder. */
export function below(folder: string, files: readonly PackageFile[]): PackageFile[] {
  return files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
}

/** The files and every folder above them, each once, in the order in which an archive lists them. */
export function withFolders(files: readonly PackageFile[]): (PackageFile | { readonly path: string })[] {
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  const all = [...[...folders].map((path) => ({ path })), ...files];
  return all.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

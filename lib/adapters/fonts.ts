import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Inter in the cuts that reports are set in, as file paths. */
export interface InterPaths {
  readonly regular: string;
  readonly medium: string;
  readonly semiBold: string;
  readonly bold: string;
}

const FILES: InterPaths = {
  regular: '400Regular/Inter_400Regular.ttf',
  medium: '500Medium/Inter_500Medium.ttf',
  semiBold: '600SemiBold/Inter_600SemiBold.ttf',
  bold: '700Bold/Inter_700Bold.ttf',
};

/**
 * Where Inter lies: in the installed package, or in a folder with the same files side by side (a bundled Lambda carries
 * them so). Throws where the package is not installed and no folder is given.
 */
export function interPaths(folder?: string): InterPaths {
  const pathOf = (file: string) =>
    folder === undefined ? packaged(file) : join(folder, file.slice(file.indexOf('/') + 1));
  return {
    regular: pathOf(FILES.regular),
    medium: pathOf(FILES.medium),
    semiBold: pathOf(FILES.semiBold),
    bold: pathOf(FILES.bold),
  };
}

function packaged(file: string): string {
  return createRequire(import.meta.url).resolve(`@expo-google-fonts/inter/${file}`);
}

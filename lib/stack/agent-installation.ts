import { Token } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** A tarball that `npm run build:agent` made, where the hosts fetch it. */
interface AgentPackage {
  readonly bucket: IBucket;
  readonly key: string;
  /** As SHA256SUMS names it: 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Processors as `uname -m` calls them. */
export type AgentPackages = Readonly<Partial<Record<'x86_64' | 'aarch64', AgentPackage>>>;

/**
 * The lines of a shell script that installs the agent: fetch, compare with the digest, unpack, write the settings, install.
 * Running it again upgrades. `DESTDIR` puts all of it below another root. Throws for a package whose digest cannot be one.
 */
export function agentInstallation(packages: AgentPackages, settings: Readonly<Record<string, unknown>>): string[] {
  return [
    'set -eu',
    'case "$(uname -m)" in',
    ...Object.entries(packages).map(
      ([machine, { bucket, key, sha256 }]) =>
        `  ${machine}) from='${bucket.s3UrlForObject(key)}'; digest=${validDigest(sha256)} ;;`,
    ),
    `  *) echo "Cannot install the agent: expected ${Object.keys(packages).join(' or ')}, got $(uname -m)" >&2; exit 1 ;;`,
    'esac',
    'work=$(mktemp -d)',
    'trap \'rm -rf "$work"\' EXIT',
    'aws s3 cp --only-show-errors "$from" "$work/agent.tar.gz"',
    'echo "$digest  $work/agent.tar.gz" | sha256sum --check --quiet -',
    'mkdir "$work/agent"',
    'tar -xzf "$work/agent.tar.gz" -C "$work/agent" --strip-components=1 --no-same-owner',
    // A template, so that the shell's own braces are not taken for one.
    `settings="\${DESTDIR:-}/etc/joulebook-agent"`,
    'mkdir -p "$settings"',
    // JSON is YAML too, and has no line end that could end the quoted text.
    'cat > "$settings/config.yaml" <<\'END_OF_SETTINGS\'',
    JSON.stringify(settings),
    'END_OF_SETTINGS',
    'sh "$work/agent/install/install.sh"',
  ];
}

function validDigest(sha256: string): string {
  if (Token.isUnresolved(sha256) || /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new Error(
    `Cannot install the agent: expected a SHA-256 of 64 hexadecimal digits, got ${JSON.stringify(sha256)}`,
  );
}

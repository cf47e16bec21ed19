import type { JoulebookApp } from './joulebook-app.ts';

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

/**
 * The state machine's definition as the app synthesises it, with each function under the name of its folder in `lambdas/`
 * instead of an address that only a deployment knows. JSON text, two spaces, one newline at the end.
 */
export function definitionOf(app: JoulebookApp): string {
  const template: Template = app.synth().getStackArtifact(app.stack.artifactId).template;
  const machine = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  const parts = (machine?.Properties['DefinitionString'] as { 'Fn::Join': ['', unknown[]] } | undefined)?.[
    'Fn::Join'
  ][1];
  if (!parts) throw new Error('Cannot read the definition: expected a state machine with a joined text, got none');
  const text = parts.map((part) => (typeof part === 'string' ? part : nameOf(part, template))).join('');
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

/** What stands for a reference that only CloudFormation can follow. */
function nameOf(reference: unknown, { Resources }: Template): string {
  const { Ref, 'Fn::GetAtt': attribute } = reference as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  if (Ref === 'AWS::Partition') return 'aws';
  const environment = Resources[attribute?.[0] ?? '']?.Properties['Environment'];
  const name = (environment as { Variables?: { POWERTOOLS_SERVICE_NAME?: string } } | undefined)?.Variables
    ?.POWERTOOLS_SERVICE_NAME;
  if (name) return name;
  throw new Error(`Cannot name ${JSON.stringify(reference)}: expected a function or the partition`);
}

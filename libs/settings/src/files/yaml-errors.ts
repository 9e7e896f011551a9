import type { LineCounter, YAMLError } from 'yaml';
import type { Problem } from './problem.js';
import type { YamlSource } from './parse-yaml.js';

const explanations: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used as indentation, where YAML wants spaces',
  MULTIPLE_DOCS: 'holds more than one YAML document',
  RESOURCE_EXHAUSTION: 'is nested too deep',
  TAG_RESOLVE_FAILED: 'a tag such as !name is not allowed',
  MULTILINE_IMPLICIT_KEY: 'is not valid YAML: a key and its value must be on one line',
  BLOCK_AS_IMPLICIT_KEY: 'is not valid YAML: a second ":" in a line wants quotes around the value',
};

/** The parser's complaint in our form. Its own words can quote the file, so they stay out where the file is private. */
export function describeYamlError(
  source: Omit<YamlSource, 'bytes'>,
  error: YAMLError,
  position: { readonly text: string; readonly lines: LineCounter },
): Problem {
  const { line } = position.lines.linePos(error.pos[0]);
  const content = position.text.split('\n')[line - 1] ?? '';
  const code = /^ *\t/.test(content) ? 'TAB_AS_INDENT' : error.code;
  const words =
    source.isPrivate === true ? 'is not valid YAML' : `is not valid YAML: ${firstSentence(error.message)}`;
  return {
    file: source.name,
    line: source.isSingleValue === true ? undefined : line,
    text: explanations[code] ?? words,
  };
}

function firstSentence(message: string): string {
  const [first = ''] = message.split('\n');
  return first.length > 160 ? `${first.slice(0, 157)}...` : first.replace(/\.$/, '');
}

// The names of private members that nothing outside of their classes can mean, so that a bundle may shorten them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * A name is left out where anything else has it too: a member that is not private, a property of an object or a type, what
 * is read of something else than `this`, a text, or a property in other code of the bundle.
 *
 * @param {string} folder of the TypeScript
 * @param {string[]} others other code that goes into the same bundles
 * @returns {string[]}
 */
export function privateNames(folder, others) {
  const names = new Set();
  const taken = new Set(others.flatMap((code) => code.match(/[\w$]+/g) ?? []));
  const visit = (node) => {
    if (ts.isStringLiteralLike(node)) taken.add(node.text);
    if (ts.isPropertyAccessExpression(node) && node.expression.kind !== ts.SyntaxKind.ThisKeyword) {
      taken.add(node.name.text);
    }
    if (ts.isBindingElement(node)) taken.add((node.propertyName ?? node.name).text);
    if (isProperty(node) && ts.isIdentifier(node.name)) {
      (isPrivate(node) ? names : taken).add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  }
  return [...names].filter((name) => !taken.has(name));
}

const modifiersOf = (node) => (ts.canHaveModifiers(node) && ts.getModifiers(node)) || [];
const isPrivate = (node) =>
  modifiersOf(node).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);

/** Members of classes, types and objects; a parameter with a modifier is a member too. */
const isProperty = (node) =>
  (ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isObjectLiteralElementLike(node) ||
    ts.isEnumMember(node) ||
    (ts.isParameter(node) && modifiersOf(node).length > 0)) &&
  node.name !== undefined;

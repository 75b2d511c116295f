/** Find in a source of the page what people could read and no catalogue has: with the compiler's own parser. */

import ts from "typescript";

/** Two words; or a word that begins as a sentence or ends as one. */
const SENTENCE = /\p{L}{2,}[,:;.?!]?\s+\p{L}|^\p{Lu}\p{Ll}|\p{L}[.?!]$/u;
const WORD = /\p{L}{2}/u;
/** Calls that put their texts on the page, with the place of the first one. */
const SHOWING: Readonly<Record<string, number>> = {
  alert: 0, append: 0, before: 0, after: 0, make: 2, makeTable: 0, prepend: 0, replaceChildren: 0, replaceWith: 0, showState: 2, sign: 0,
};
/** Members that people see or hear. */
const SEEN = /^(?:alt|ariaLabel|aria-label|data-label|innerText|label|placeholder|sentences|text|textContent|title)$/u;
/** Members that only programs read. */
const UNSEEN = /^(?:class|detail|name|timeZone)$/u;
/** An id of the catalogue. */
const ID = /^(?:booth|page|recount)\.[a-z0-9.-]+$/u;

/** Return the words of a source that are not from the catalogue, but those of errors, which are for whoever programs. */
export function findSaid(source: string): string[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (isForPrograms(node)) return;
    if (isText(node) && !ID.test(node.text) && (SENTENCE.test(node.text.trim()) || (WORD.test(node.text) && isShown(node)))) {
      found.push(node.text);
    }
    ts.forEachChild(node, look);
  };
  ts.forEachChild(file, look);
  return found;
}

type Text = ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

function isText(node: ts.Node): node is Text {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

function isForPrograms(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node)) return true;
  if (ts.isNewExpression(node)) return /(?:Error|Unusable|RegExp)$/u.test(node.expression.getText());
  if (ts.isVariableDeclaration(node)) return /^(?:PRIMARY|SECONDARY)$/u.test(node.name.getText());
  if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return true;
  return (ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) && UNSEEN.test(nameOf(node.name));
}

function nameOf(name: ts.PropertyName): string {
  return ts.isStringLiteralLike(name) ? name.text : name.getText();
}

/** Whether what a node says is put on the page as it stands: through parts of a text, choices and lists. */
function isShown(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return isShownBy(parent, node);
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && SEEN.test(nameOf(parent.name));
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    return parent.right === node && ts.isPropertyAccessExpression(parent.left) && SEEN.test(parent.left.name.text);
  }
  if (ts.isConditionalExpression(parent)) return parent.condition !== node && isShown(parent);
  if (ts.isBinaryExpression(parent)) return !isComparison(parent) && isShown(parent);
  const isPart = ts.isTemplateExpression(parent) || ts.isTemplateSpan(parent) || ts.isArrayLiteralExpression(parent);
  return (isPart || ts.isSpreadElement(parent) || ts.isParenthesizedExpression(parent)) && isShown(parent);
}

function isShownBy(call: ts.CallExpression | ts.NewExpression, argument: ts.Node): boolean {
  const { expression } = call;
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  const place = (call.arguments ?? ts.factory.createNodeArray()).indexOf(argument as ts.Expression);
  if (name === "setAttribute") return place === 1 && SEEN.test((call.arguments?.[0] as ts.StringLiteralLike | undefined)?.text ?? "");
  return place >= (SHOWING[name] ?? (/(?:announce|complain|finish)$/iu.test(name) ? 0 : Infinity));
}

function isComparison({ operatorToken }: ts.BinaryExpression): boolean {
  return /^[!=<>]/u.test(operatorToken.getText());
}

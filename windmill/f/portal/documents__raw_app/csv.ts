// A table of questions and answers as table programs save it: commas, semicolons or tabs, quotes doubled, lines inside quotes.

// Excel's plain “CSV” has no Unicode: what is not UTF-8 is read as Western Windows writes it, and said to be a guess. A mark at the start decides.
export function textOf(bytes: ArrayBuffer): { text: string; guessed: boolean } {
  const [first, second] = new Uint8Array(bytes)
  const marked = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return { text: new TextDecoder(marked, { fatal: marked === 'utf-8' }).decode(bytes), guessed: false }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), guessed: true }
  }
}

export function rowsOf(text: string): string[][] {
  const first = text.split('\n', 1)[0].replace(/"[^"]*"/g, '')
  const [comma] = [',', ';', '\t'].sort((a, b) => first.split(b).length - first.split(a).length)
  const rows: string[][] = [['']]
  let quoted = false
  const body = text.replace(/\r\n?/g, '\n')
  for (let i = 0; i < body.length; i++) {
    const row = rows[rows.length - 1]
    const mark = body[i]
    if (quoted && mark === '"' && body[i + 1] === '"') row[row.length - 1] += body[i++]
    else if (mark === '"') quoted = !quoted
    else if (mark === comma && !quoted) row.push('')
    else if (mark === '\n' && !quoted) rows.push([''])
    else row[row.length - 1] += mark
  }
  return rows
}

// A first row that only names the columns is left out.
export function pairsOf(text: string): { question: string; answer: string }[] {
  const pairs = rowsOf(text).map(([question = '', answer = '']) => ({ question: question.trim(), answer: answer.trim() }))
  const names = ['question', 'pregunta', 'frage', 'q']
  return pairs.filter((pair, i) => pair.question && pair.answer && !(i === 0 && names.includes(pair.question.toLowerCase())))
}

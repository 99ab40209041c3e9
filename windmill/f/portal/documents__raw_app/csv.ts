// A table of questions and answers as table programs save it: commas, semicolons or tabs, quotes doubled, lines inside quotes.
export function rowsOf(text: string): string[][] {
  const first = text.split('\n', 1)[0].replace(/"[^"]*"/g, '')
  const [comma] = [',', ';', '\t'].sort((a, b) => first.split(b).length - first.split(a).length)
  const rows: string[][] = [['']]
  let quoted = false
  const body = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
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

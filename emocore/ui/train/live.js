
// A run that trains. The server is asked how far it is, by one question for all on this page that want to know; the page
// itself is drawn anew only where the server says that more has changed than is shown here.
const shown = new WeakMap()
const questions = new Map()

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector("#live-root")
  let my = shown.get(root)
  if (!my) {
    my = { zoom: null, at: null, drag: null, epochs: -1 }
    shown.set(root, my)
    my.parts = {}
    for (const [name, tag] of [["far", "div"], ["numbers", "dl"], ["small", "p"], ["charts", "div"], ["reading", "p"]]) {
      my.parts[name] = root.appendChild(document.createElement(tag))
      my.parts[name].className = name === "reading" ? "small" : name
    }
    my.watcher = new ResizeObserver(() => { if (my.data?.charts) drawCharts(my.parts.charts, my) })
    my.watcher.observe(root)
  }
  my.component = component
  const epochs = data.charts?.[0]?.series[0].values.length ?? 0
  if (!data.watch || epochs >= my.epochs) drawPanel(my, data, epochs) // Else the server told more already
  drawFar(my, data, data.progress)
  if (!data.watch) return
  my.question?.readers.delete(root)
  my.question = asked(data.watch)
  my.question.readers.set(root, news => tell(root, my, news))
  return () => my.question.readers.delete(root)
}

function asked({ run, every }) {
  if (!questions.has(run)) {
    const question = { readers: new Map(), revision: "", busy: false }
    questions.set(run, question)
    setInterval(() => ask(run, question), 1000 * every)
    document.addEventListener("visibilitychange", () => ask(run, question))
  }
  return questions.get(run)
}

async function ask(run, question) {
  if (document.hidden || question.busy || !question.readers.size) return
  question.busy = true
  try {
    const wanted = new URLSearchParams({ run, seen: question.revision })
    const answer = await fetch(new URL(`watch?${wanted}`, document.baseURI), { signal: AbortSignal.timeout(20000) })
    if (answer.status === 200) question.news = await answer.json()
    if (!answer.ok || !question.news) return
    question.revision = question.news.revision
    if (question.news.panel) question.panel = question.news
    for (const told of [...question.readers.values()]) told(question.news)
  } catch {
    return // The server is away or restarts: the next question finds out
  } finally {
    question.busy = false
  }
}

function tell(root, my, news) {
  if (!root.isConnected) {
    my.question.readers.delete(root) // Another page is open: nobody here wants to know
    return
  }
  const { data, setTriggerValue } = my.component
  const { what, stamp, epochs } = data.watch
  const latest = my.question.panel
  if (data.height && latest?.panel.charts && latest.epochs !== my.epochs) drawPanel(my, { ...data, ...latest.panel }, latest.epochs)
  drawFar(my, data, news.progress[what])
  if (!stamp) return
  // Told again with every answer until the page has been drawn, so that none is lost
  const other = news.stamps[what] !== undefined && news.stamps[what] !== stamp
  if (other || (epochs !== null && news.epochs !== epochs)) setTriggerValue("changed", `${news.revision} ${Date.now()}`)
}

function drawPanel(my, data, epochs) {
  my.data = data
  my.epochs = epochs
  drawNumbers(my.parts.numbers, data.numbers ?? [])
  my.parts.small.textContent = data.words ?? ""
  my.parts.reading.textContent = data.charts && data.numbers ? data.reading ?? "" : ""
  if (data.charts) drawCharts(my.parts.charts, my)
}

function drawNumbers(list, numbers) {
  list.replaceChildren(...numbers.map(number => {
    const pair = document.createElement("div")
    const label = pair.appendChild(document.createElement("dt"))
    const value = pair.appendChild(document.createElement("dd"))
    label.textContent = number.label
    value.textContent = number.value
    if (number.help) pair.title = number.help
    return pair
  }))
}

function drawFar(my, data, progress) {
  if (!progress) return
  const [share, words] = progress
  const line = my.parts.far
  if (!line.firstChild) {
    const says = line.appendChild(document.createElement("div"))
    if (data.name) says.appendChild(document.createElement("strong")).textContent = data.name
    says.append("")
    const bar = line.appendChild(document.createElement("div"))
    bar.className = "bar"
    bar.setAttribute("role", "progressbar")
    bar.setAttribute("aria-valuemin", "0")
    bar.setAttribute("aria-valuemax", "100")
    bar.setAttribute("aria-label", data.name ? `Progress of ${data.name}` : "Progress of the training")
    bar.appendChild(document.createElement("div"))
  }
  const [says, bar] = line.children
  const before = data.name ? `${data.by ? ` by ${data.by}` : ""}: ` : ""
  says.lastChild.textContent = before + words
  bar.setAttribute("aria-valuenow", String(Math.round(100 * share)))
  bar.firstChild.style.width = `${100 * share}%`
}

// Keeps the nickname in this browser: what the session says is written down, and a session that says nothing is told.
const KEY = "mindailytics-nickname"

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.host ?? parentElement
  try {
    if (!data.told) {
      const name = localStorage.getItem(KEY)
      if (name) setTriggerValue("kept", { name })
    } else if (data.name) localStorage.setItem(KEY, data.name)
    else localStorage.removeItem(KEY)
  } catch {
    return // A browser that keeps nothing: the nickname lasts as long as the session
  }
}

// A button that leads to the one place where a person signs in, which is folded away on a phone.
export default function ({ parentElement }) {
  parentElement.querySelector("button").onclick = () => {
    document.querySelector('[data-testid="stExpandSidebarButton"]')?.click()
    const field = () => document.querySelector('[data-testid="stSidebar"] input[aria-label="Nickname"]')
    setTimeout(() => field()?.focus(), 400) // Once the sidebar is open
  }
}

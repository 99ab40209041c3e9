// Whoever came by a link is where it leads after the choice: a redirect keeps what stands behind # in the form's address.
document.querySelector('form').action += location.hash

import{j as a}from"./S6Z7OKC4.js";import"./FTRQH2YO.js";import"./37STLS7D.js";import"./5RAOOQHX.js";import"./MSFOVBRV.js";import"./LMNRG6RB.js";import"./45GWE4C6.js";export{a as default};

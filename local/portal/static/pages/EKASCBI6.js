import{a}from"./ZV4SJYLE.js";import"./MSFOVBRV.js";import"./LMNRG6RB.js";import"./45GWE4C6.js";export{a as default};

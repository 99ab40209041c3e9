import{a}from"./K56GLAVT.js";import"./DJQZXI4C.js";import"./7K45V6NZ.js";import"./45GWE4C6.js";export{a as default};

import{j as a}from"./EIGOHA4S.js";import"./3NQ2IBT6.js";import"./RNXHOX7Y.js";import"./32LXH2UD.js";import"./DJQZXI4C.js";import"./7K45V6NZ.js";import"./45GWE4C6.js";export{a as default};

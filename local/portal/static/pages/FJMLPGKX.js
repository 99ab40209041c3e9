import{j as a}from"./MQAAZGPE.js";import"./MJ4KCK7H.js";import"./SHLHMMZN.js";import"./5NTIOXXQ.js";import"./ARIUXNSP.js";import"./K7FMKI6S.js";import"./45GWE4C6.js";export{a as default};
